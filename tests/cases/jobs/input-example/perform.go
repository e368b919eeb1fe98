package example

func InputExample() map[string]interface{} {
	return map[string]interface{}{"numbers": []int{20, 22}}
}

func Perform(input map[string]interface{}) (interface{}, error) {
	return len(input["numbers"].([]interface{})), nil
}
