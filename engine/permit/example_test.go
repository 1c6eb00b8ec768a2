package permit_test

import (
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/engine/permit"
)

func ExampleOpen() {
	grants, err := permit.Open(permit.Set{Read: []string{"testdata"}, Net: []string{"*.example.com:443"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer grants.Close()

	_, err = grants.ReadFile("x.txt")
	var denied *permit.Denied
	if errors.As(err, &denied) {
		fmt.Println(denied)
		fmt.Println(denied.Hint())
	}
	fmt.Println(grants.CheckHost("api.example.com", 443))
	// Output:
	// read x.txt: permission denied
	// allow it with --allow-read=x.txt
	// <nil>
}
