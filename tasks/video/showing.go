package video

import (
	"math/rand/v2"

	"burstsim/internal/dataset/films"
)

// place is the pixel of a frame where a part of it begins.
type place struct{ row, column int }

// showings say what is shown when: films one after another, again and again. Each time
// one is shown is a showing, counted from 0.
type showings struct {
	films   []*films.Film
	length  int // frames of all films
	crop    int // side of the part that is shown; 0: the whole frame
	first   place
	random  bool // whether the part is elsewhere in later showings
	shuffle bool

	seed, cropSeed uint64
	order          []int // of films in one round
	round          int   // that order belongs to; -1: none yet
}

// frame is where a frame, counted over all that is shown, is to be found.
func (s *showings) frame(k int) (film *films.Film, frame int, at place) {
	round, k := k/s.length, k%s.length
	s.arrange(round)
	for i, n := range s.order {
		film = s.films[n]
		if k < film.Len() {
			return film, k, s.place(film, round*len(s.films)+i)
		}
		k -= film.Len()
	}
	panic("video: frames behind the last film")
}

// arrange finds the order of a round, which follows from the seed and its number.
func (s *showings) arrange(round int) {
	if s.round == round {
		return
	}
	s.round = round
	for i := range s.order {
		s.order[i] = i
	}
	if !s.shuffle {
		return
	}
	var source rand.PCG
	source.Seed(s.seed, uint64(round))
	for i := len(s.order) - 1; i > 0; i-- {
		j := int(source.Uint64() % uint64(i+1))
		s.order[i], s.order[j] = s.order[j], s.order[i]
	}
}

// place is where the part of a film begins that a showing has.
func (s *showings) place(film *films.Film, showing int) place {
	if s.crop == 0 {
		return place{}
	}
	if showing == 0 || !s.random {
		return s.fixed(film)
	}
	var source rand.PCG
	source.Seed(s.cropSeed, uint64(showing))
	return place{
		row:    int(source.Uint64() % uint64(film.Height-s.crop+1)),
		column: int(source.Uint64() % uint64(film.Width-s.crop+1)),
	}
}

// fixed is the place of a part where nothing is random.
func (s *showings) fixed(film *films.Film) place {
	if s.first.row < 0 {
		return place{(film.Height - s.crop) / 2, (film.Width - s.crop) / 2}
	}
	return s.first
}

// size is that of the part of a film that is shown, height and width.
func (s *showings) size(film *films.Film) [2]int {
	if s.crop == 0 {
		return [2]int{film.Height, film.Width}
	}
	return [2]int{s.crop, s.crop}
}
