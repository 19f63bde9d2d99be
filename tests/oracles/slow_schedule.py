"""A second opinion on schedules and clocks: day by day, and by trying.

Deadlines are walked by SlowCalendar, earliest days follow each chain of needs on its
own, slack is tried: an item is pushed day by day until the project ends later. Nothing
is shared with the code under test but the shape of its answers.
"""

from functools import cache

from tests.oracles.slow_workdays import DAY, SlowCalendar

SLOW = SlowCalendar()
COMPANY, AUTHORITY, SPECIAL = {-2, -1, 6}, {1, 3, 7, 8, 10}, {9}


class SlowSchedule:
    """`pushed` holds the ends that were forced, to see what would follow."""

    def __init__(self, tasks, start, today, pushed=None):
        self.tasks = {task.key: task for task in tasks}
        self.start, self.today, self.pushed = start, today, pushed or {}
        self.ends = cache(self.find_end)
        self.latest_start = cache(self.find_latest_start)

    def begins(self, key):
        task = self.tasks[key]
        if task.started_on or task.finished_on:
            return task.started_on or task.finished_on
        ends = [self.ends(need) for need in task.needs] or [self.start]
        return max([*ends, self.today])

    def find_end(self, key):
        task = self.tasks[key]
        if key in self.pushed:
            return self.pushed[key]
        if task.finished_on:
            return task.finished_on
        begun = task.started_on is not None
        pauses = [
            (pause.first, pause.last or max(pause.first, self.today), "")
            for pause in task.pauses
            if begun
        ]
        due, *_ = SLOW.add(self.begins(key), task.days, task.unit.value, pauses)
        end = max(due, self.today) if begun else due
        return self.working_days_later(end, task.delay)

    def finish(self):
        return max(self.ends(key) for key in self.tasks)

    def slack(self, key):
        """How many working days later it can end, by trying each."""
        if self.tasks[key].finished_on:
            return 0
        count, end, finish = 0, self.ends(key), self.finish()
        while True:
            end = self.working_days_later(end, 1)
            pushed = {**self.pushed, key: end}
            later = SlowSchedule(self.tasks.values(), self.start, self.today, pushed)
            if later.finish() > finish:
                return count
            count += 1

    def latest_end(self, key):
        task = self.tasks[key]
        if task.finished_on:
            return task.finished_on
        waiting = [
            other.key
            for other in self.tasks.values()
            if key in other.needs and not (other.started_on or other.finished_on)
        ]
        return min((self.latest_start(one) for one in waiting), default=self.finish())

    def find_latest_start(self, key):
        """The last day, tried backwards, from which the item still ends in time."""
        task, limit = self.tasks[key], self.latest_end(key)
        if task.started_on or task.finished_on:
            return task.started_on or task.finished_on
        day = limit
        while not self.is_in_time(task, day, limit):
            day -= DAY
        return day

    def is_in_time(self, task, day, limit):
        may_start = task.unit == "calendar" or SLOW.works(day)
        due, *_ = SLOW.add(day, task.days, task.unit.value, [])
        return may_start and self.working_days_later(due, task.delay) <= limit

    def working_days_later(self, day, count):
        while count:
            day += DAY
            count -= SLOW.works(day)
        return day


def slow_clocks(moves, today):
    """Each day after the first, looked at alone."""
    first, days = moves[0][0], {"company": 0, "authority": 0, "special": 0}
    ended = [day for day, state in moves if state in {2, 4, 5, *range(11, 16)}]
    last, day = (ended[0] if ended else today), first + DAY
    while day <= last:
        held = [state for on, state in moves if on < day][-1]
        touched = {held} | {state for on, state in moves if on == day}
        if touched & SPECIAL:
            days["special"] += 1
        elif 6 in touched or held in COMPANY:
            days["company"] += 1
        else:
            assert held in AUTHORITY
            days["authority"] += 1
        day += DAY
    return days
