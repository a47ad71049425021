"""The window around the workspaces.

- `main_window`      puts the parts below together and carries their words to each other
- `settings`         what a profile remembers of its window
- `desk_view`        what belongs to one desk: fills the window and empties it again
- `over`             drawers and search of one desk, loaded after the first paint
- `rail`             the workspaces at the left, with their counts
- `user_button`      who is signed in, and the menu of what is theirs to choose
- `clinic_clock`     the clinic's name and time
- `connection`       how the desk stands to its server: pill and banners
- `finding`, `found_model`, `found_delegate`, `search_popup`   the search bar
- `notices_model`, `notices_drawer`, `notice_words`            what this member was told
- `outbox_model`, `outbox_drawer`                              what waits and what was refused
- `shortcut_sheet`   all keys, on F1
- `toaster`          short words on the bar, one after the other
"""
