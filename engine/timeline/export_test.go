package timeline

// For tests.
var NewAt = newAt
