"""What is predicted: functions of the parameters. docs/__study__.md derives them."""
