//go:build !amd64 && !arm64

package linalg

func mulVec3Double(dst, w, x []float64)                { mulVec3(dst, w, x) }
func outer3Double(alpha float64, y, x, w []float64)    { outer3(alpha, y, x, w) }
func addOuter3Double(alpha float64, y, x, w []float64) { addOuter3(alpha, y, x, w) }
