package reference

import (
	"strings"
	"unicode/utf8"
)

// Paragraphs returns the doc's lines, each at most width characters long if its words are;
// an empty line is between paragraphs. "They" is spelled out.
func (e Entry) Paragraphs(width int) []string {
	if e.Doc == "" {
		return nil
	}
	var lines []string
	doc := e.Doc
	if last := len(e.Together) - 1; last > 0 {
		doc = strings.Join(e.Together[:last], ", ") + " and " + e.Together[last] + strings.TrimPrefix(doc, "They")
	}
	for i, p := range strings.Split(doc, "\n\n") {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, Wrap(p, width)...)
	}
	return lines
}

// Wrap breaks a text into lines of at most width characters, between its words.
func Wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// Parameters takes the signature of a function apart: at the commas that are in no brackets
// and in no text. The result is what follows the last bracket.
func Parameters(signature string) (list []string, result string) {
	depth, quoted, from := 0, false, 1
	for i, c := range signature {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			if depth--; depth == 0 {
				if last := strings.TrimSpace(signature[from:i]); last != "" {
					list = append(list, last)
				}
				return list, signature[i+1:]
			}
		case c == ',' && depth == 1:
			list, from = append(list, strings.TrimSpace(signature[from:i])), i+1
		}
	}
	return list, ""
}
