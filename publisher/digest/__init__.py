"""Posts in, an edition out: `compose` chooses and orders, `render` writes mail, text and web page.

- `rules`: what an editor decides about a digest; `look`: how it looks; `theme`: colours that were checked
- `selection`: which posts, in which order, under which heading; `sentences`: summaries and reading time
- `pictures`: alt text against caption; `body` and `tables`: a whole post below its heading
- `strings`: every word of ours in the reader's language
- `text`: the plain twin; `finish`: what MJML leaves undone; `trim`: what is too long for a mail
"""
