package embedded

import _ "embed"

//go:embed words.txt
var words string

func Perform(input map[string]interface{}) (interface{}, error) { return words, nil }
