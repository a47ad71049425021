"""Scanned codes: from a scanner that types, a camera, a picture or the clipboard to their place.

Map:

- `burst`   tells the keys of a scanner from those of a person
- `wedge`   holds a scanner's keys back from every field of the program
- `camera`  the machine's camera, frame by frame
- `reader`  codes in pictures
- `sheet`   the small window of the camera
- `pasted`  a code or a picture of one from the clipboard or a file
- `route`   where a scanned code is taken
"""
