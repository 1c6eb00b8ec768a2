package engine

import "strings"

// Nearest returns the candidate that a mistyped name most likely stands for, or
// "" if none is near: at most a third of the letters may differ, case and
// underscores aside (Levenshtein distance).
func Nearest(name string, candidates []string) string {
	fold := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	want := fold(name)
	best, least := "", min(max(1, len(want)/3)+1, len(want))
	for _, c := range candidates {
		if d := distance(want, fold(c), least); d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is the Levenshtein distance of a and b, or any number of at least
// limit if it is that large.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
