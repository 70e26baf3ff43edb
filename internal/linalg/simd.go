//go:generate go -C ../asm run ./combination -out ../linalg/combination_amd64.s -stubs ../linalg/combination_amd64.go -pkg linalg
package linalg

//go:generate go -C ../asm run ./gemm -out ../linalg/gemm_amd64.s -stubs ../linalg/gemm_amd64.go -pkg linalg
//go:generate go -C ../asm run ./vector -out ../linalg/vector_amd64.s -stubs ../linalg/vector_amd64.go -pkg linalg
//go:generate go -C ../asm run ./transpose -out ../linalg/transpose_amd64.s -stubs ../linalg/transpose_amd64.go -pkg linalg
