"""What tests share: a clock moved by hand, fakes of the ports, a real server, a client written from the protocol."""
