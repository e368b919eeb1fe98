package job

// #include <stdlib.h>
import "C"

func Perform(input map[string]interface{}) (interface{}, error) {
	return int(C.abs(-42)), nil
}
