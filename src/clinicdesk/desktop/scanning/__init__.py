"""Scanned codes: from a scanner that types, a camera, a picture or the clipboard to their place.

Map:

- `burst`       tells the keys of a scanner from those of a person
- `wedge`       holds a scanner's keys back from every field of the program
- `camera`      the machine's camera, frame by frame
- `reader`      codes in pictures
- `viewfinder`  the small window of the camera
- `pictures`    a code in a picture, from a file or the clipboard
- `route`       where a scanned code is taken
- `scans`       all of it, for one desk
"""
