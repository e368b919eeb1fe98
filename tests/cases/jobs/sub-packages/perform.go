package sums

import (
	"example.com/team/sums/v2/calc"
	"example.com/team/sums/v2/internal/who"
)

func Perform(input map[string]interface{}) (interface{}, error) {
	return map[string]interface{}{"sum": calc.Sum(input["numbers"].([]interface{})), "by": who.Am}, nil
}
