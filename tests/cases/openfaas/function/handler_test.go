package function

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHandle(t *testing.T) {
	answer := httptest.NewRecorder()
	Handle(answer, httptest.NewRequest("POST", "/", strings.NewReader(`{"numbers": []}`)))
	if answer.Code != 200 {
		t.Errorf("answered %d: %s", answer.Code, answer.Body)
	}
}
