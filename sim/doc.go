// Package sim simulates networks whose equations are a model's text.
//
// A text (package model) is compiled for layers of given sizes (package
// program); the network that comes of it is a description and never changes.
// What changes, weights, compartments and what follows from them, is the [State]
// of one simulation. There are two ways to move it:
//
//	continuous   tau dx/dt = drive - x          [Continuous], an integrator.System
//	discrete     x = drive, layer after layer   [Discrete]
//
// The second is the limit of the first for inputs held much longer than tau.
//
// Package course takes either through phases and records it, package training
// takes the second through a data set, and package analysis compares what they
// learn with gradient descent, and the two with each other.
//
// Symbols follow Greedy et al., "Single-phase deep learning in cortico-cortical
// networks", NeurIPS 2022 (arXiv 2206.11769): somatic potential z, event rate
// e = sigmoid(z), apical dendritic potential u, burst probability p, its
// baseline p_b, burst rate b = p e, feedforward weights W and bias c, feedback
// weights Y (of bursts) and Q (of events). Layers count from 1 to L, the output;
// layer 0 is the input. Arrays of a layer are rows x units: a batch has one
// trajectory a row. Times are in seconds; all else is dimensionless.
//
// A network that learns for ten seconds while it is integrated:
//
//	package main
//
//	import (
//		"fmt"
//		"log"
//		"math/rand/v2"
//		"time"
//
//		"burstsim/sim"
//		"burstsim/sim/model"
//		"burstsim/sim/program"
//		"burstsim/tasks/regression"
//	)
//
//	func main() {
//		task, err := regression.New(regression.DefaultConfig()) // 3 inputs, 1 target
//		check(err)
//		text, err := model.Builtin("burstccn") // or model.Parse, of equations of your own
//		check(err)
//		net, err := program.New(text, program.Setting{Sizes: []int{3, 50, 1}})
//		check(err)
//		weights, err := sim.Draw[float64](net, rand.New(rand.NewPCG(1, 1)))
//		check(err)
//		sys, err := sim.NewContinuous(weights, []sim.Stream{task}, false)
//		check(err)
//		run, err := sim.NewIntegration(sys, sim.Method{Name: "rk4", Step: 10 * time.Millisecond})
//		check(err)
//		run.SetTeaching(true, true)
//		steps, err := run.Advance(0, 10*time.Second)
//		check(err)
//		run.Observe(10 * time.Second)
//		fmt.Println(steps, "steps, loss", run.Moved().Loss())
//	}
//
//	func check(err error) {
//		if err != nil {
//			log.Fatal(err)
//		}
//	}
package sim
