"""What the app does with posts: writes, and calls to the services that fetch them."""
