package reference

// What the modules of go.starlark.net bring, in our words.

// def json.decode(x: str, default=…) -> Any
//
// decode returns the value of a text in JSON. With default, that is what wrong text gives.
//
// def json.encode(x) -> str
//
// encode returns a value as JSON, in one line; keys are sorted.
//
// def json.encode_indent(x, *, prefix: str = "", indent: str = "\t") -> str
//
// encode_indent returns a value as JSON in lines, each behind prefix and one indent a level.
//
// def json.indent(s: str, *, prefix: str = "", indent: str = "\t") -> str
//
// indent returns a text in JSON in lines, as encode_indent does.

// def math.ceil(x: float) -> int
//
// ceil returns the smallest int that is not less than x.
//
// def math.floor(x: float) -> int
//
// floor returns the largest int that is not greater than x.
//
// def math.round(x: float) -> float
//
// round returns the nearest whole number, of two the one that is farther from 0.
//
// def math.fabs(x: float) -> float
//
// fabs returns the absolute value.
//
// def math.copysign(x: float, y: float) -> float
//
// copysign returns x with the sign of y.
//
// def math.mod(x: float, y: float) -> float
//
// mod returns the remainder of x / y, with the sign of x.
//
// def math.remainder(x: float, y: float) -> float
//
// remainder returns the difference of x and the nearest multiple of y, as IEEE 754 says.
//
// def math.pow(x: float, y: float) -> float
//
// pow returns x to the power y.
//
// def math.exp(x: float) -> float
//
// exp returns e to the power x.
//
// def math.sqrt(x: float) -> float
//
// sqrt returns the square root.
//
// def math.log(x: float, base: float = …) -> float
//
// log returns the logarithm to a base, by default the natural one.
//
// def math.gamma(x: float) -> float
//
// gamma returns the gamma function of x.
//
// def math.hypot(x: float, y: float) -> float
//
// hypot returns how long the way from (0, 0) to (x, y) is.
//
// def math.degrees(x: float) -> float
//
// degrees returns an angle in radians as degrees.
//
// def math.radians(x: float) -> float
//
// radians returns an angle in degrees as radians.
//
// def math.sin(x: float) -> float
// def math.cos(x: float) -> float
// def math.tan(x: float) -> float
//
// They return the sine, cosine and tangent of an angle in radians.
//
// def math.asin(x: float) -> float
// def math.acos(x: float) -> float
// def math.atan(x: float) -> float
//
// They return the angle in radians that has this sine, cosine or tangent.
//
// def math.atan2(y: float, x: float) -> float
//
// atan2 returns the angle in radians of the way from (0, 0) to (x, y).
//
// def math.sinh(x: float) -> float
// def math.cosh(x: float) -> float
// def math.tanh(x: float) -> float
// def math.asinh(x: float) -> float
// def math.acosh(x: float) -> float
// def math.atanh(x: float) -> float
//
// They return the hyperbolic functions and their inverses.

// def time.now() -> Time
//
// now returns this moment, in local time.
//
// def time.from_timestamp(sec: int, nsec: int = 0, /) -> Time
//
// from_timestamp returns the moment that is so many seconds and nanoseconds after the epoch.
//
// def time.parse_time(x: str, format: str = …, location: str = "UTC") -> Time
//
// parse_time reads a moment; format is Go's layout, by default "2006-01-02T15:04:05Z07:00".
//
// def time.parse_duration(d: str | Duration, /) -> Duration
//
// parse_duration reads a duration such as "1h30m" or "300ms".
//
// def time.is_valid_timezone(loc: str, /) -> bool
//
// is_valid_timezone returns whether there is a time zone of this name.

// class Time
//
// A Time is a moment. The difference of two is a Duration, which can be added to one.
//
//	year: int        of the date
//	month: int       from 1
//	day: int         of the month, from 1
//	hour: int        from 0
//	minute: int      from 0
//	second: int      from 0
//	nanosecond: int  from 0
//	unix: int        seconds since the epoch
//	unix_nano: int   nanoseconds since the epoch
//
// def Time.format(layout: str, /) -> str
//
// format returns the moment as text in Go's layout, such as "2006-01-02 15:04".
//
// def Time.in_location(name: str, /) -> Time
//
// in_location returns the same moment in another time zone.
//
// def Time.__add__(other: Duration) -> Time
// def Time.__sub__(other: Any) -> Any
// def Time.__lt__(other: Time) -> bool
// def Time.__le__(other: Time) -> bool
// def Time.__gt__(other: Time) -> bool
// def Time.__ge__(other: Time) -> bool

// class Duration
//
// A Duration is a length of time: 5 * time.minute. What takes seconds takes one, too.
//
//	hours: float       all of it in hours
//	minutes: float     all of it in minutes
//	seconds: float     all of it in seconds
//	milliseconds: int  all of it in milliseconds
//	microseconds: int  all of it in microseconds
//	nanoseconds: int   all of it in nanoseconds
//
// def Duration.__add__(other: Any) -> Any
// def Duration.__sub__(other: Duration) -> Duration
// def Duration.__mul__(n: int) -> Duration
// def Duration.__rmul__(n: int) -> Duration
// def Duration.__truediv__(other: Any) -> Any
// def Duration.__floordiv__(other: Any) -> Any
// def Duration.__lt__(other: Duration) -> bool
// def Duration.__le__(other: Duration) -> bool
// def Duration.__gt__(other: Duration) -> bool
// def Duration.__ge__(other: Duration) -> bool
