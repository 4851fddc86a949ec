package wire

import (
	"errors"
	"testing"
)

// TestParse takes a message apart that has all sections [AMQP 3.2].
func TestParse(t *testing.T) {
	encoded := unhex(t, "00 53 70 c0 04 02 41 50 07"+
		"00 53 71 c1 01 00"+
		"00 53 72 c1 06 02 a3 01 61 54 01"+
		"00 53 73 c0 0b 03 a1 01 69 40 a1 04 64 65 73 74"+
		"00 53 74 c1 06 02 a1 01 6b 54 02"+
		"00 53 75 a0 01 01"+
		"00 53 75 a0 01 02"+
		"00 53 78 c1 01 00")
	var m Message
	if err := m.Parse(encoded); err != nil {
		t.Fatal(err)
	}
	if !m.Header.Durable || m.Header.Priority != Some[uint8](7) || m.HeaderEnd != 9 {
		t.Errorf("header %+v that ends at %d", *m.Header, m.HeaderEnd)
	}
	if m.Properties.To.Value != "dest" || show(m.Properties.MessageID) != `string "i"` {
		t.Errorf("properties %+v", *m.Properties)
	}
	if got := show(m.Annotations.Get("a")) + show(m.ApplicationProperties.Get("k")); got != "int 1int 2" {
		t.Errorf("annotation and property %s", got)
	}
	if m.Kind != DataBody || len(m.Body) != 2 || show(m.Body[1]) != "binary 02" || m.Footer == nil || m.DeliveryAnnotations == nil {
		t.Errorf("body of kind %d, %v, footer %v", m.Kind, m.Body, m.Footer)
	}
}

// TestParseRefused: what is not a message.
func TestParseRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no section":               "41",
		"unknown section":          "00 53 79 40",
		"sections out of order":    "00 53 77 40 00 53 70 45",
		"two headers":              "00 53 70 45 00 53 70 45",
		"two values":               "00 53 77 40 00 53 77 40",
		"data behind a sequence":   "00 53 76 45 00 53 75 a0 00",
		"data that is a string":    "00 53 75 a1 00",
		"annotations of a list":    "00 53 72 45",
		"message-id of a list":     "00 53 73 c0 02 01 45 00 53 77 40",
		"value that is cut short":  "00 53 77 a1 05 61",
		"descriptor without value": "00 53 77",
	} {
		var m Message
		var e *Error
		if err := m.Parse(unhex(t, text)); !errors.As(err, &e) || e.Condition != DecodeError {
			t.Errorf("%s: %v, want %s", name, err, DecodeError)
		}
	}
}

// TestParseControl reads what coordinators get.
func TestParseControl(t *testing.T) {
	declare, err := ParseControl(unhex(t, "00 53 77 00 53 31 45"))
	if d, ok := declare.(*Declare); !ok || err != nil || !d.GlobalID.IsNull() {
		t.Errorf("%+v, %v, want a declare", declare, err)
	}
	discharge, err := ParseControl(unhex(t, "00 53 77 00 53 32 c0 05 02 a0 01 09 41"))
	if d, ok := discharge.(*Discharge); !ok || err != nil || !d.Fail || string(d.Transaction) != "\t" {
		t.Errorf("%+v, %v, want a discharge", discharge, err)
	}
	for name, text := range map[string]string{
		"accepted": "00 53 77 00 53 24 45", "data": "00 53 75 a0 00", "no transaction": "00 53 77 00 53 32 45", "text": "00 53 77 a1 00",
	} {
		if v, err := ParseControl(unhex(t, text)); err == nil {
			t.Errorf("%s is read as %+v", name, v)
		}
	}
}
