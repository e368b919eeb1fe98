package job

import "testing"

func TestPerform(t *testing.T) {
	for _, test := range []struct {
		input   map[string]interface{}
		want    interface{}
		wantErr bool
	}{
		{input: map[string]interface{}{"name": "Ada"}, want: "Hello, Ada!"},
		{input: map[string]interface{}{"name": 42}, wantErr: true},
		{input: nil, wantErr: true},
	} {
		got, err := Perform(test.input)
		if got != test.want || (err != nil) != test.wantErr {
			t.Errorf("Perform(%v) = %v, %v; want %v, error %v", test.input, got, err, test.want, test.wantErr)
		}
	}
}
