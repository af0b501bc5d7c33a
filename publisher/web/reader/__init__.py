"""Readers' pages: sign up, confirm, choose, leave, and the archive.

No page needs a script, sets a cookie or asks a third party for anything; GET and HEAD never change what is stored.
"""
