//! Stage, steps, judge, matrix: from scenario and key to verdict.
