package linalg

//go:generate go -C asm run ./gemm -out ../gemm_amd64.s -stubs ../gemm_amd64.go -pkg linalg
//go:generate go -C asm run ./vector -out ../vector_amd64.s -stubs ../vector_amd64.go -pkg linalg
//go:generate go -C asm run ./transpose -out ../transpose_amd64.s -stubs ../transpose_amd64.go -pkg linalg
