package anything

func Perform(input map[string]any) (any, error) {
	sum := 0.0
	for _, number := range input["numbers"].([]interface{}) {
		sum += number.(float64)
	}
	return sum, nil
}
