package wire

import "goactivemq/activemq/message"

// Response answers the command with number CorrelationID, where that has nothing to tell.
type Response struct {
	message.Command
	CorrelationID int32
}

func walkResponse(w *walker, r *Response) {
	walkCommand(w, &r.Command)
	w.int32(&r.CorrelationID)
}

// ExceptionResponse says that a command failed.
type ExceptionResponse struct {
	Response
	Exception *message.Throwable
}

func walkExceptionResponse(w *walker, r *ExceptionResponse) {
	walkResponse(w, &r.Response)
	throwable(w, &r.Exception)
}

// DataResponse answers with a structure.
type DataResponse struct {
	Response
	Data any
}

func walkDataResponse(w *walker, r *DataResponse) {
	walkResponse(w, &r.Response)
	anything(w, &r.Data)
}

// DataArrayResponse answers with structures: the transactions that Recover finds.
type DataArrayResponse struct {
	Response
	Data []any
}

func walkDataArrayResponse(w *walker, r *DataArrayResponse) {
	walkResponse(w, &r.Response)
	anyArray(w, &r.Data)
}

// The results of a Prepare.
const (
	XAOK       = 0
	XAReadOnly = 3
)

// IntegerResponse answers with a number: the result of a Prepare.
type IntegerResponse struct {
	Response
	Result int32
}

func walkIntegerResponse(w *walker, r *IntegerResponse) {
	walkResponse(w, &r.Response)
	w.int32(&r.Result)
}
