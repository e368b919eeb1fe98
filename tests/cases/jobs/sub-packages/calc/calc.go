// Package calc adds.
package calc

// Sum adds up what JSON gave.
func Sum(numbers []interface{}) float64 {
	sum := 0.0
	for _, number := range numbers {
		sum += number.(float64)
	}
	return sum
}
