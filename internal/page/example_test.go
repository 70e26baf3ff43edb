package page_test

import (
	"fmt"

	"burstsim/internal/page"
)

func ExampleDataURI() {
	fmt.Println(page.DataURI("text/plain", []byte("bursts")))
	// Output: data:text/plain;base64,YnVyc3Rz
}
