// Package dummyserver is a job that adds numbers.
package dummyserver

import (
	"github.com/pkg/errors"
)

// Perform sums up the list under "numbers".
func Perform(input map[string]interface{}) (interface{}, error) {
	value, ok := input["numbers"]
	if !ok {
		return nil, errors.New("the input has no 'numbers'")
	}
	numbers, ok := value.([]interface{})
	if !ok {
		return nil, errors.Errorf("'numbers' has to be a list, found %T: %v", value, value)
	}

	var sum float64
	for i, element := range numbers {
		// JSON knows one kind of number, and Go decodes it to float64.
		number, ok := element.(float64)
		if !ok {
			return nil, errors.Errorf("numbers[%d] has to be a number, found %T: %v", i, element, element)
		}
		sum += number
	}
	return sum, nil
}
