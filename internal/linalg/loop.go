package linalg

// A Team shares a loop among the processors. Its tasks must not share a result,
// so that how many processors there are does not change a bit.
type Team struct{ team team }

// NewTeam returns a team that does the tasks of a loop, which are numbered from
// zero.
func NewTeam(task func(t int)) *Team {
	t := &Team{}
	t.team.init(task)
	return t
}

// Share does tasks 0 to n-1 and returns when all are done. work is that of all
// together, in multiplications: where there is little, this goroutine does all.
func (t *Team) Share(n, work int) {
	if n > 0 {
		t.team.share(n, work)
	}
}
