package dummyserver

func Perform(input map[string]interface{}) (interface{}, error) {
	sum := 0.0
	for _, number := range input["numbers"].([]interface{}) {
		sum += number.(float64)
	}
	return sum, nil
}
