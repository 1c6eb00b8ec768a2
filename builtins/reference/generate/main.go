// Command generate reads the comments of the built-ins and writes what package reference
// carries. It runs in that package's folder: go generate ./builtins/reference.
package main

import (
	"log"
	"os"
)

func main() {
	text, err := read("../..")
	if err == nil {
		err = os.WriteFile("reference.json", text, 0o666)
	}
	if err != nil {
		log.Fatal(err)
	}
}
