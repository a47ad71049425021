"""Paper: prescriptions, dispensing labels and registers, as PDF, ZPL II and CSV.

Facts in, bytes out: nothing here reads a database, a clock or a network, so that both programs make
the same paper. The one thing that is read is the fonts beside this file.

| part           | what it makes                                                             |
|----------------|---------------------------------------------------------------------------|
| `facts`        | what a document is made from: rows, gathered by whoever asks              |
| `prescription` | the prescription as the law of the clinic's country wants it              |
| `labels`       | dispensing labels, for label printers (ZPL II) and on sheets of A4 (PDF)  |
| `registers`    | what was supplied under a schedule (CSV, PDF)                             |
| `fonts`        | the faces of the scripts that people write, and what no face has          |
| `shaping`      | text as glyphs of those faces, in the order in which they are seen        |
| `ink`          | text, lines and marks on the pages of a document                          |
| `raster`       | pages as pictures: for a preview, and for printers that cannot join Hindi |

The libraries are heavy: import what makes a document when somebody asks for one.
"""
