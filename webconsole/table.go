package webconsole

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"goactivemq/activemq/management"
)

// rowsMax is how many destinations a page shows, so that a broker with very many still has a console.
const rowsMax = 200

// How many characters of a name are shown, and in its tooltip. Clients choose names, of up to 64 kB.
const (
	nameMax  = 120
	titleMax = 1000
)

// filterNames are the parameters for a part of the name, by table.
var filterNames = map[string]string{"queues": "QueueFilter", "topics": "TopicFilter"}

// table is one page of a list of destinations.
type table struct {
	ID         string // queues or topics
	IsQueues   bool   // queues have a count of pending messages
	FilterName string
	Filter     string
	Rows       []management.DestinationView
	First      int // number of the first row, from 1
	Total      int // destinations that the filter lets through
	Page       int // from 1
	Pages      int
}

// newTable picks a page out of the destinations whose name has the filter in it, in whatever case. A page that there is not becomes the
// nearest one that there is.
func newTable(id string, views []management.DestinationView, filter string, page int) *table {
	t := &table{ID: id, IsQueues: id == "queues", FilterName: filterNames[id], Filter: filter}
	part := strings.ToLower(filter)
	for _, v := range views {
		if strings.Contains(strings.ToLower(v.Name), part) {
			t.Rows = append(t.Rows, v)
		}
	}
	t.Total = len(t.Rows)
	t.Pages = max(1, (t.Total+rowsMax-1)/rowsMax)
	t.Page = min(max(1, page), t.Pages)
	start := (t.Page - 1) * rowsMax
	t.First = start + 1
	t.Rows = t.Rows[start:min(start+rowsMax, t.Total)]
	return t
}

// Last is the number of the last row.
func (t *table) Last() int { return t.First + len(t.Rows) - 1 }

// Path is the table's own page.
func (t *table) Path() string { return "/admin/" + t.ID + ".jsp" }

// Previous is the address of the page before, "" where there is none.
func (t *table) Previous() string { return t.address(t.Page - 1) }

// Next is the address of the page after, "" where there is none.
func (t *table) Next() string { return t.address(t.Page + 1) }

func (t *table) address(page int) string {
	if page < 1 || page > t.Pages {
		return ""
	}
	query := url.Values{"page": {strconv.Itoa(page)}}
	if t.Filter != "" {
		query.Set(t.FilterName, t.Filter)
	}
	return t.Path() + "?" + query.Encode()
}

// nameText is a name as it is shown: valid text of bounded length.
func nameText(name string) string { return cut(name, nameMax) }

// nameTitle is the tooltip of a name that is not shown whole.
func nameTitle(name string) string {
	if nameText(name) == name {
		return ""
	}
	return cut(name, titleMax)
}

// cut makes valid text of at most so many characters, and a mark where some are missing.
func cut(text string, charactersMax int) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if utf8.RuneCountInString(text) <= charactersMax {
		return text
	}
	return string([]rune(text)[:charactersMax]) + "…"
}

// bytesText puts a number of bytes the way that configurations put them.
func bytesText(n int64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB", "PB"}
	unit := 0
	value := float64(n)
	for value >= 1024 && unit < len(units)-1 {
		value /= 1024
		unit++
	}
	return strconv.FormatFloat(float64(int64(value*10))/10, 'f', -1, 64) + " " + units[unit]
}
