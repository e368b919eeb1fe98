package job

import "github.com/pkg/errors"

func Perform(input map[string]interface{}) (interface{}, error) {
	return errors.WithMessage(errors.New("picked for you"), "chosen").Error(), nil
}
