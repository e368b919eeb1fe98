// Package function is what a person writes: here, the sum of the numbers in the request.
package function

import (
	"encoding/json"
	"net/http"

	"github.com/pkg/errors"
)

// Handle answers a request.
func Handle(w http.ResponseWriter, r *http.Request) {
	var input struct{ Numbers []float64 }
	if err := json.NewDecoder(r.Body).Decode(&input); err != nil {
		http.Error(w, errors.Wrap(err, "the input").Error(), http.StatusBadRequest)
		return
	}
	json.NewEncoder(w).Encode(total(input.Numbers))
}

func total(numbers []float64) float64 {
	sum := 0.0
	for _, number := range numbers {
		sum += number
	}
	return sum
}
