"""What the stages of the deep part say of the optional group of packages that has the images."""

ABSENT = "the optional packages of the group deep are not installed, `make deep` adds them"
GROUP = {"optional": "deep"}  # said in the data of a figure: it has them only where that group is installed
