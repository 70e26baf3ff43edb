package linalg

import "burstsim/internal/crew"

// parallelFrom are the multiplications that are worth the help of other
// processors.
const parallelFrom = 1 << 17

// share computes the parts of a job, of as many multiplications together.
func share(j *crew.Job, parts, multiplications int) {
	if multiplications < parallelFrom {
		j.Alone(parts)
		return
	}
	j.Run(parts)
}

// A Team shares a loop among the processors. Its tasks must not share a result,
// so that how many processors there are does not change a bit.
type Team struct{ job crew.Job }

// NewTeam returns a team that does the tasks of a loop, which are numbered from
// zero.
func NewTeam(task func(t int)) *Team {
	t := &Team{}
	t.job.Init(task)
	return t
}

// Share does tasks 0 to n-1 and returns when all are done. work is that of all
// together, in multiplications: where there is little, this goroutine does all.
func (t *Team) Share(n, work int) { share(&t.job, n, work) }
