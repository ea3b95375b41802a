"""What several lenses share: functions, not frameworks."""
