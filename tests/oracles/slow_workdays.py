"""A second opinion on deadlines: one day at a time, from another source.

Which days are worked comes from the package chinesecalendar, not from our data file,
and nothing is shared with the code under test, neither types nor tricks. A pause is
(first, last or None, kind); a deadline is (due or None, provisional, marks by day).
"""

from datetime import date, timedelta

import chinese_calendar

DAY = timedelta(days=1)
PUBLISHED = range(2019, 2027)


class SlowCalendar:
    def __init__(self, published=PUBLISHED):
        self.published = set(published)
        self._cache = {}

    def works(self, day: date) -> bool:
        if day not in self._cache:
            known = day.year in self.published
            self._cache[day] = (
                chinese_calendar.is_workday(day) if known else day.isoweekday() < 6
            )
        return self._cache[day]

    def add(self, start, n, unit, pauses):
        walk = self._working if unit == "working" else self._calendar
        due, marks = walk(start if n == 0 else start + DAY, max(n, 1), pauses)
        if due is None:
            return None, False, marks
        if n == 0:
            del marks[due]
        days = [start if n == 0 else start + DAY]
        while days[-1] < due:
            days.append(days[-1] + DAY)
        provisional = any(day.year not in self.published for day in days)
        return due, provisional, marks

    def count(self, start, end, unit, pauses):
        total, day = 0, start
        while day < end:
            day += DAY
            if not is_paused(day, pauses):
                total += unit == "calendar" or self.works(day)
        return total

    def _working(self, day, need, pauses):
        marks = {}
        while not stands_still(day, pauses):
            if not self.works(day):
                marks[day] = "skipped"
            elif is_paused(day, pauses):
                marks[day] = "paused"
            else:
                marks[day] = "counted"
                need -= 1
                if need == 0:
                    return day, marks
            day += DAY
        return None, marks

    def _calendar(self, day, need, pauses):
        marks = {}
        while need:
            if stands_still(day, pauses):
                return None, marks
            if is_paused(day, pauses):
                marks[day] = "paused"
            else:
                marks[day] = "counted"
                need -= 1
            day += DAY
        # The end may not be a day off (Civil Code art. 203), nor a paused day.
        day -= DAY
        while not stands_still(day, pauses):
            if not self.works(day):
                marks[day] = "skipped"
            elif is_paused(day, pauses):
                marks[day] = "paused"
            else:
                marks[day] = "counted"
                return day, marks
            day += DAY
        return None, marks


def is_paused(day, pauses):
    return any(
        first <= day and (last is None or day <= last) for first, last, _ in pauses
    )


def stands_still(day, pauses):
    return any(first <= day and last is None for first, last, _ in pauses)
