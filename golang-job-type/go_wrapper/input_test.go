package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDecodeObject(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       map[string]interface{}
		wantErr    string
	}{
		{"object", `{"numbers": [40, 2]}`, map[string]interface{}{"numbers": []interface{}{40.0, 2.0}}, ""},
		{"empty object", "\n {} \t\r\n", map[string]interface{}{}, ""},
		{"key twice", `{"a": 1, "a": 2}`, map[string]interface{}{"a": 2.0}, ""},
		{"half a surrogate pair", `{"a": "\ud800"}`, map[string]interface{}{"a": "\ufffd"}, ""},
		{"no body", "", nil, "found: nothing, at line 1, column 1"},
		{"blank body", " \n ", nil, "found: nothing"},
		{"null", "\n null", nil, "found: null, at line 2, column 2"},
		{"array", "\n\n  [1]", nil, "found: array, at line 3, column 3"},
		{"string", `"text"`, nil, "found: string, at line 1, column 1"},
		{"number", " 12", nil, "found: number, at line 1, column 2"},
		{"bool", "true", nil, "found: bool, at line 1, column 1"},
		{"unfinished", `{"a": `, nil, "unexpected end of JSON input, at line 1, column 6"},
		{"comma at the end", `{"a": 1,}`, nil, "invalid character '}' looking for beginning of object key string, at line 1, column 9"},
		{"wrong in line 2", "{\n \"ä\": nope}", nil, "invalid character 'o' in literal null (expecting 'u'), at line 2, column 8"},
		{"text after it", "{}\nx", nil, "invalid character 'x' after top-level value, at line 2, column 1"},
		{"two objects", "{} {}", nil, "after top-level value, at line 1, column 4"},
		{"form", "a=40", nil, "invalid character 'a' looking for beginning of value, at line 1, column 1"},
		{"number too large", "{\"a\": [1,\n 1e999]}", nil, "the number 1e999 is too large, at line 2, column 2"},
		{"not UTF-8", "{\"ä\": \"\xff\"}", nil, "not valid UTF-8, at line 1, column 8"},
		{"byte order mark", "\ufeff{}", nil, "at line 1, column 1"},
		{"deeply nested", strings.Repeat(`{"a":`, 100000) + strings.Repeat("}", 100000), nil, "exceeded max depth"},
		{"deeply nested, unfinished", `{"a":` + strings.Repeat("[", 1000000), nil, "exceeded max depth"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := decodeObject([]byte(test.body))
			if test.wantErr == "" {
				if err != nil || !reflect.DeepEqual(got, test.want) {
					t.Errorf("got %v, %v, want %v", got, err, test.want)
				}
			} else if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got %v, want an error with: %s", err, test.wantErr)
			}
		})
	}
}

func FuzzDecodeObject(f *testing.F) {
	for _, body := range []string{
		`{"numbers": [40, 2]}`, "{} {}", "null", "[1]", "\n 12", "{\"a\":\n 1e999}", "{\"\xff\"}", `{"\ud800": tru`, "",
		`{"a": -1e999, "b": {"c": [1e-999, "1e999"]}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decodeObject(body)
		if err != nil {
			if got != nil || !strings.Contains(err.Error(), "at line ") {
				t.Errorf("%q: got %v and %q, want an error with a place", body, got, err)
			}
			return
		}
		if !utf8.Valid(body) || !json.Valid(body) {
			t.Fatalf("%q: got %v, want an error", body, got)
		}
		// What was decoded is what the body said: it survives another round.
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if decoded, err := decodeObject(again); err != nil || !reflect.DeepEqual(decoded, got) {
			t.Errorf("%q: got %v, then %v (%v)", body, got, decoded, err)
		}
	})
}
