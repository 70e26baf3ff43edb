module burstsim

go 1.26.8
