package convert_test

import (
	"context"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"github.com/starlark-tg/tg/engine/convert"
)

func ExampleConverter_FromGo() {
	type host struct {
		Name  string `json:"name"`
		Ports []int  `json:"ports"`
	}
	v, err := convert.Converter{}.FromGo("hosts", map[string]host{
		"web": {"web.example", []int{80, 443}},
		"db":  {"db.example", nil},
	})
	fmt.Println(v, err)

	_, err = convert.Converter{}.FromGo("hosts", []any{1, make(chan int)})
	fmt.Println(err)
	// Output:
	// {"db": struct(name = "db.example", ports = []), "web": struct(name = "web.example", ports = [80, 443])} <nil>
	// hosts[1]: cannot convert chan int
}

func ExampleToGo() {
	totals := starlark.NewDict(2)
	_ = totals.SetKey(starlark.String("lines"), starlark.MakeInt(120))
	_ = totals.SetKey(starlark.String("files"), starlark.NewList([]starlark.Value{starlark.String("a.go")}))

	var t struct {
		Lines int
		Files []string
	}
	err := convert.ToGo("totals", totals, &t)
	fmt.Println(t, err)

	var counts map[string]int
	err = convert.ToGo("totals", totals, &counts)
	fmt.Println(err)
	// Output:
	// {120 [a.go]} <nil>
	// totals["files"]: cannot store list in int
}

func ExampleConverter_Func() {
	join := func(ctx context.Context, sep string, words ...string) (string, error) {
		return strings.Join(words, sep), ctx.Err()
	}
	b, err := convert.Converter{}.Func("join", join)
	if err != nil {
		fmt.Println(err)
		return
	}
	thread := &starlark.Thread{}
	fmt.Println(starlark.Eval(thread, "", `join("-", "a", "b")`, starlark.StringDict{"join": b}))
	fmt.Println(starlark.Eval(thread, "", `join("-", 1)`, starlark.StringDict{"join": b}))
	// Output:
	// "a-b" <nil>
	// <nil> join: argument 2: cannot store int in string
}
