// Package job greets.
package job

import (
	"errors"
	"fmt"
)

// Perform answers one call. The input is the JSON object of the request, and what is returned becomes
// the JSON of the answer; an error becomes an answer with status 500 and the error's text.
func Perform(input map[string]interface{}) (interface{}, error) {
	value, ok := input["name"]
	if !ok {
		return nil, errors.New("there is no 'name' in the input")
	}
	name, ok := value.(string)
	if !ok {
		return nil, fmt.Errorf("'name' has to be a text, found %v", value)
	}
	return "Hello, " + name + "!", nil
}

// InputExample is what the job's page offers for a first call.
func InputExample() map[string]interface{} {
	return map[string]interface{}{"name": "Ada"}
}

// Two more functions are called if they are there:
//
//	func Init() error               once, at the start; the job is not ready before it has returned
//	func WriteMetrics(w io.Writer)  whenever somebody asks for /metrics, to add lines to it
