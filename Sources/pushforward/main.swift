import Commands

pushforward()
