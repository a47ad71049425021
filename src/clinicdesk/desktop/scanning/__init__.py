"""Scanned codes: from a scanner that types, a camera, a picture or the clipboard to their place.

Map:

- `keys`        keystrokes, and what becomes of them
- `burst`       tells the keys of a scanner from those of a person
- `pace`        what is learnt of the scanner on the way
- `forms`       codes by their form: whole, begun, of another keyboard layout
- `american`    what an American keyboard has where a key is
- `wedge`       holds a scanner's keys back from every field of the program
- `camera`      the machine's camera, frame by frame
- `reader`      codes in pictures
- `viewfinder`  the small window of the camera
- `pictures`    a code in a picture, from a file or the clipboard
- `route`       where a scanned code is taken
- `scans`       all of it, for one desk
"""
