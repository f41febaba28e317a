"""What a doctor looks at: each module looks at one part of a deployment and says what is wrong with it."""
