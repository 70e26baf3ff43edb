package config

import "fmt"

// mostLag is how many frames the time constant of the low-pass filter may last.
const mostLag = 1000

// checkFilms looks at how films are shown, as far as the file alone says.
func (d *decoder) checkFilms(c *Config) bool {
	t := &c.Task
	complete := true
	refuse := func(keys []string, format string, args ...any) {
		d.refuse(c, append(keys, "task.kind"), format, args...)
		complete = false
	}
	for _, key := range []string{"task.films", "task.film_frames", "task.crop", "task.side", "task.frame", "task.low_pass", "task.low_pass_step"} {
		complete = complete && d.sound(key)
	}
	if !complete {
		return false
	}
	if len(t.Films) == 0 {
		refuse([]string{"task.films"}, "is [], expected at least one film, or [\"generated\"]")
	}
	for i, film := range t.Films {
		keys := []string{fmt.Sprintf("task.films[%d]", i), "task.films"}
		switch path, sum := SplitSum(film); {
		case path == "":
			refuse(keys, "is %s, expected a path", shorten(film))
		case path != film && !sha256Sum.MatchString(sum):
			refuse(keys, "has %s behind %s, expected 64 digits from 0 to 9 and a to f", shorten(sum), hashMark)
		}
	}
	if n := len(t.CropAt); n != 0 && n != 2 {
		refuse([]string{"task.crop_at"}, "is %v, expected a row and a column", t.CropAt)
	}
	if t.Frame <= t.LowPass/mostLag {
		refuse([]string{"task.low_pass", "task.frame"}, "is %v, expected less than %v, which is %d times task.frame", t.LowPass, t.Frame*mostLag, mostLag)
	}
	if step := t.LowPassStep; t.LowPass > 0 && step > 0 {
		switch {
		case step > t.LowPass:
			refuse([]string{"task.low_pass_step", "task.low_pass"}, "is %v, expected at most task.low_pass, %v", step, t.LowPass)
		case t.Frame%step != 0:
			refuse([]string{"task.low_pass_step", "task.frame"}, "is %v, expected a whole number of it in task.frame, %v", step, t.Frame)
		}
	}
	return complete
}
