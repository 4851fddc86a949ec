package wire

import "fmt"

// Code is the descriptor of a composite type or section.
type Code uint64

// The codes of composite types [AMQP 2.7, 2.8, 3.2, 3.4, 3.5, 4.5, 5.3.3].
const (
	codeOpen        Code = 0x10
	codeBegin       Code = 0x11
	codeAttach      Code = 0x12
	codeFlow        Code = 0x13
	codeTransfer    Code = 0x14
	codeDisposition Code = 0x15
	codeDetach      Code = 0x16
	codeEnd         Code = 0x17
	codeClose       Code = 0x18
	codeError       Code = 0x1d

	Received Code = 0x23
	Accepted Code = 0x24
	Rejected Code = 0x25
	Released Code = 0x26
	Modified Code = 0x27

	codeSource Code = 0x28
	codeTarget Code = 0x29

	DeleteOnClose             Code = 0x2b
	DeleteOnNoLinks           Code = 0x2c
	DeleteOnNoMessages        Code = 0x2d
	DeleteOnNoLinksOrMessages Code = 0x2e

	codeCoordinator Code = 0x30
	codeDeclare     Code = 0x31
	codeDischarge   Code = 0x32
	Declared        Code = 0x33
	Transactional   Code = 0x34

	codeSASLMechanisms Code = 0x40
	codeSASLInit       Code = 0x41
	codeSASLChallenge  Code = 0x42
	codeSASLResponse   Code = 0x43
	codeSASLOutcome    Code = 0x44

	codeHeader                Code = 0x70
	codeDeliveryAnnotations   Code = 0x71
	codeMessageAnnotations    Code = 0x72
	codeProperties            Code = 0x73
	codeApplicationProperties Code = 0x74
	codeData                  Code = 0x75
	codeSequence              Code = 0x76
	codeValue                 Code = 0x77
	codeFooter                Code = 0x78
)

// The filters that the original's world has registered.
const (
	NoLocalFilter  Code = 0x468c00000003
	SelectorFilter Code = 0x468c00000004
)

// names are the symbols that may stand in the place of codes.
var names = map[Code]Symbol{
	codeOpen: "amqp:open:list", codeBegin: "amqp:begin:list", codeAttach: "amqp:attach:list", codeFlow: "amqp:flow:list",
	codeTransfer: "amqp:transfer:list", codeDisposition: "amqp:disposition:list", codeDetach: "amqp:detach:list",
	codeEnd: "amqp:end:list", codeClose: "amqp:close:list", codeError: "amqp:error:list",
	Received: "amqp:received:list", Accepted: "amqp:accepted:list", Rejected: "amqp:rejected:list", Released: "amqp:released:list",
	Modified: "amqp:modified:list", codeSource: "amqp:source:list", codeTarget: "amqp:target:list",
	DeleteOnClose: "amqp:delete-on-close:list", DeleteOnNoLinks: "amqp:delete-on-no-links:list",
	DeleteOnNoMessages: "amqp:delete-on-no-messages:list", DeleteOnNoLinksOrMessages: "amqp:delete-on-no-links-or-messages:list",
	codeCoordinator: "amqp:coordinator:list", codeDeclare: "amqp:declare:list", codeDischarge: "amqp:discharge:list",
	Declared: "amqp:declared:list", Transactional: "amqp:transactional-state:list",
	codeSASLMechanisms: "amqp:sasl-mechanisms:list", codeSASLInit: "amqp:sasl-init:list", codeSASLChallenge: "amqp:sasl-challenge:list",
	codeSASLResponse: "amqp:sasl-response:list", codeSASLOutcome: "amqp:sasl-outcome:list",
	codeHeader: "amqp:header:list", codeDeliveryAnnotations: "amqp:delivery-annotations:map",
	codeMessageAnnotations: "amqp:message-annotations:map", codeProperties: "amqp:properties:list",
	codeApplicationProperties: "amqp:application-properties:map", codeData: "amqp:data:binary",
	codeSequence: "amqp:amqp-sequence:list", codeValue: "amqp:amqp-value:*", codeFooter: "amqp:footer:map",
	NoLocalFilter: "apache.org:no-local-filter:list", SelectorFilter: "apache.org:selector-filter:string",
}

// codes is names the other way round.
var codes = func() map[Symbol]uint64 {
	all := make(map[Symbol]uint64, len(names))
	for code, name := range names {
		all[name] = uint64(code)
	}
	return all
}()

// String returns the symbol that may stand for the code.
func (c Code) String() string {
	if name, ok := names[c]; ok {
		return string(name)
	}
	return fmt.Sprintf("a type of code %#x", uint64(c))
}
