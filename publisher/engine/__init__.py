"""Who runs a job, and when: the seam, and the loop that runs in this process.

The truth lives in the store: a job is a name and JSON arguments, and calling it again does no harm. So an engine calls
a job at least once, and again when its worker dies.

    seam.py       what every engine can do
    retry.py      when failed work is tried again: pure
    embedded.py   a loop over a table in the same database, for one process
    lock.py       one process per home
"""
